"""The window round all of it: bars, menus, dialogs, help."""
