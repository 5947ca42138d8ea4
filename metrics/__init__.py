"""Counts become numbers here: NPS, intervals, gaps, spikes. Pure: plain values in, frozen dataclasses out."""
