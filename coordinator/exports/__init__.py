"""Files for other people's programs, made from the published folder alone: anybody can make the same bytes."""
