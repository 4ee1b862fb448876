"""An imitation of the public ecosystem on loopback, and the measurements of a crawl over it."""
