"""Files in and out: plans and published data in, board views out."""
