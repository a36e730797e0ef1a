"""The field between four corners: its picture, its puck and path, its cards."""
