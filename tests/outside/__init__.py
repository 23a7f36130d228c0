"""What others say of us: judges and clients that we did not write. Run by `make outside`, which fetches them."""
