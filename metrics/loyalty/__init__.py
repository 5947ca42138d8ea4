"""Loyalty beside the NPS: satisfaction, effort, purchases, retention, lifetime value, segments, budget."""
