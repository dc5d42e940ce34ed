"""What a packet holds, and that every change of it is found."""
