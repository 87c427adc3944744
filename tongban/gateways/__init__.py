"""One folder per outside system: plain values in and out, each with a version that needs no network."""
