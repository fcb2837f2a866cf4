"""The parts that give text to readers, made from the CS."""
