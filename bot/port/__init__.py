"""What every platform has in common: requests, commands, answers, posts, and the port that transports implement."""
