"""Mail in and out: what a buyer means, what we write, and how it travels."""
