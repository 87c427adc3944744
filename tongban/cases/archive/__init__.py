"""Archive packages of finished cases: one ZIP that proves itself without this system.

``package`` says what one looks like, ``collecting`` makes it, ``checking`` verifies it and needs neither settings nor
database. No standard for such packages is among the sources of this project (GB/T 18894 and DA/T 46 ask for content,
metadata and proof of integrity, and leave the form open): the form is the project's own, and the manifest names it.
"""
