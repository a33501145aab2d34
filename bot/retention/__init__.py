"""What is kept how long: the nightly removal, and the resident's rights to a copy and to removal."""
