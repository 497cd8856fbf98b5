"""Speed as ratios within one run; README.md says what each number means. Nothing here is evidence, so no spec id."""
