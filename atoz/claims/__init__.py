"""Claims: what the marketplace said, what is known of the order, and which clocks run. Pure."""
