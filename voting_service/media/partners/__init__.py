"""Media partners: who may show our pages in frames, by which key, and how often that was seen and followed."""
