"""The numbered checks of spec/7 over a whole record, and the commands that both shells offer."""
