"""What other programs read of our pages: oEmbed, feeds, the sitemap, and what robots are asked to leave alone."""
