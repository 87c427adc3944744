"""Running an installation: is it well, what does it do, what is wrong with it, and can it be had back."""
