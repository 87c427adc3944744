"""Pure rules: standard library only, no clock, no settings, no files, no network."""
