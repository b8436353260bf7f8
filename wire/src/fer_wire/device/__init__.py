"""What a device is and how it behaves: rules without files, threads or sockets, for agents and simulators alike."""
