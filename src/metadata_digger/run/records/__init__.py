"""What a run says of itself: run.json, the sums of its files, and what decides whether two runs are alike."""
