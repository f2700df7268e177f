"""An exercise: invented families in real places, and the phones by which they come to the server."""
