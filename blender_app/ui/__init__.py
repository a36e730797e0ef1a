"""The window: widgets that show values and tell what a hand did, and the look they share."""
