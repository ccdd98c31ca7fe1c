"""Who may reach whom, by the network policies as Kubernetes reads them: both ends must allow it."""

MESH_TUNNEL = 15008


def matches(selector, labels):
    """Whether a label selector takes these labels."""
    for key, value in (selector.get("matchLabels") or {}).items():
        if labels.get(key) != value:
            return False
    for rule in selector.get("matchExpressions") or []:
        found = labels.get(rule["key"])
        operators = {
            "In": found in rule.get("values", []),
            "NotIn": found not in rule.get("values", []),
            "Exists": found is not None,
            "DoesNotExist": found is None,
        }
        if not operators[rule["operator"]]:
            return False
    return True


def peer_matches(peer, labels):
    """Whether a peer of a rule is a pod of the same namespace with these labels."""
    return "podSelector" in peer and "namespaceSelector" not in peer and matches(peer["podSelector"], labels)


def allows(policies, direction, own, other, port):
    """Whether the policies of a pod let it talk in a direction with another pod on a port."""
    kind, peers = ("Ingress", "from") if direction == "in" else ("Egress", "to")
    chosen = [p["spec"] for p in policies if matches(p["spec"]["podSelector"], own) and kind in p["spec"]["policyTypes"]]
    if not chosen:
        return True
    for rule in (rule for spec in chosen for rule in spec.get(kind.lower()) or []):
        ports = [p["port"] for p in rule.get("ports") or []]
        if ports and port not in ports:
            continue
        if not rule.get(peers) or any(peer_matches(peer, other) for peer in rule[peers]):
            return True
    return False


def paths(policies, pods, ports):
    """Every (from, to, port) that the policies allow between pods, given by name with their labels."""
    return {
        (a, b, port)
        for a in pods
        for b in pods
        if a != b
        for port in ports
        if allows(policies, "out", pods[a], pods[b], port) and allows(policies, "in", pods[b], pods[a], port)
    }
