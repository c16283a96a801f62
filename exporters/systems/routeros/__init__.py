"""MikroTik RouterOS: log-ins, leases and queues on the routers themselves."""
