"""The commands of `reunify`, one file each."""
