"""What the mini-program takes from the code: its types, its table of states, its list of wx calls."""
