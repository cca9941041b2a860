// Copies on their way into the outbox: written together into adding/, and put into their place by one rename. By the gateway
// (outbox::add), and by a command beside it, whose copy the gateway finds when it looks next.
// Tested by outbox/queue_test and e2e/test_held.py.
#pragma once

#include "milter/outbox/copy_head.hpp"
#include "milter/outbox/owed_copy.hpp"
#include "milter/outbox/places.hpp"
#include "policy/base/octets.hpp"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace sealgate::milter {

// The head of a copy that is added now, for those of its recipients who are to have it.
copy_head head_for(const owed_copy& copy, wall_time now, const std::function<bool(const owed_recipient&)>& is_to_have_it);

// All of them are on disk when it returns, under ids that the heads have then, or none is (std::system_error).
void write_batch(const outbox_places& places, std::vector<copy_head>& heads, std::vector<octet_pieces>& messages);

// Of a command, which works as the owner of the outbox. What waits there is read once, so that ten thousand copies cost
// linear time.
class outbox_beside {
public:
    explicit outbox_beside(outbox_places places)
        : places_(std::move(places)) {}

    // All are on disk when it returns. Recipients whose identity waits there, or was handed over lately, are left out.
    void add(std::vector<owed_copy> copies, wall_time now);

private:
    outbox_places places_;
    std::optional<std::set<std::string>> waiting_; // identities
};

} // namespace sealgate::milter
