"""What things cost, measured beside a peer in one run; never a test's business."""
