"""Counting with numpy: papers to figures by bit planes, figures into flat arrays over the whole election. Pure."""
