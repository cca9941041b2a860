"""What a reload says in the journal: what changed, once, with counts."""


def reloaded(world):
    said = [line for line in world.gateway.reload().splitlines() if "reloaded: " in line]
    assert len(said) == 1, said
    return said[0].partition("reloaded: ")[2]


def test_a_reload_says_what_changed(world):
    policy = world.gateway.policy.read_text()
    try:
        assert reloaded(world) == "nothing changed in policy, lists and keys"
        world.gateway.write_policy(policy.replace("yahoo.com", "yahoo.com, one-more.example", 1))
        said = reloaded(world)
        assert said.startswith("policy sha256:") and " (was sha256:" in said and " domains (was " in said, said
    finally:
        world.gateway.write_policy(policy)
        world.gateway.reload()
