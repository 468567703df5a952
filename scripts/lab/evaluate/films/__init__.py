"""Living people and attacks as films: how they are made, and what is said of them."""
