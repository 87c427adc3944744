"""The portal's views: a form parses, a service acts, the reader is sent on."""
