"""What the product costs, each part measured against something run beside it in the same run."""
