"""Eight weeks of an invented town: who lives there, what happens at its tills, and which of it is fraud.

`town` and `visits` draw people and behaviour, `frauds` plants what is kept as truth; `playing` sends every
visit through the real flows on a clock put back.
"""
