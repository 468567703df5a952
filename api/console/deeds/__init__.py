"""What is done from the console's lists, each deed an act in the transaction that it records."""
