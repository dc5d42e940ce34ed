"""What plays and shows, without a server."""
