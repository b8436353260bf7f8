"""What crosses the wire between agents, brokers and controllers."""
