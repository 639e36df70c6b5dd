"""What `make run` is made of: machine, environments, programs, the supervised stack."""
