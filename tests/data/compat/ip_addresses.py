"""Networks and addresses, without a network."""
import ipaddress

network = ipaddress.ip_network("10.0.0.0/29")
print([str(host) for host in network.hosts()], network.broadcast_address, ipaddress.ip_address("::1").is_loopback)
print(list(network.subnets(prefixlen_diff=1)), ipaddress.ip_address("10.0.0.9") in network, int(ipaddress.ip_address("1.2.3.4")))
print(list(ipaddress.summarize_address_range(*map(ipaddress.ip_address, ("1.0.0.0", "1.0.0.5")))))
