"""What stands in a scene, by trade; x, y is the middle of the foot unless a function says otherwise."""
