"""Messages to applicants and agents: written from templates, sent by channel, logged to their end."""
