"""What the store says, told to people: outcomes, their reasons, figures. Reads only; the county may be running."""
