// Rows of the database become what is here: opened, taken by their kinds, and noted as agreed behind that. So whoever is killed
// in between takes them once more. What cannot be followed now is not noted, and comes again.
// One thread. Tested by e2e/test_shared_keys.py.
#pragma once

#include "milter/agreement/book.hpp"
#include "milter/agreement/item.hpp"
#include "milter/agreement/kind.hpp"
#include "milter/agreement/table.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace sealgate::milter {

struct agreed_place {
    agreed_kind* kind = nullptr;
    std::string name;
};

class intake {
public:
    // All outlive it. `go_on` throws where the work is to stop.
    intake(std::string gateway, const agreed_kinds& kinds, const fleet_key& key, agreement_book& book,
           std::function<void()> go_on)
        : gateway_(std::move(gateway))
        , kinds_(kinds)
        , key_(key)
        , book_(book)
        , go_on_(std::move(go_on)) {}

    // Of what is newer than what was agreed; what was agreed and is not here any more is `asked` for, and may be as old as it
    // was. Returns what others have to hear of.
    std::vector<agreed_place> take(const std::vector<agreement_table::row>& rows, bool asked);

    // All is compared again, so what could not be taken comes again.
    void begin_anew();

    // Why something of it is not taken; empty: all is.
    std::string problem() const;

private:
    struct fresh_item {
        agreed_item item;
        std::string row, seal;
        agreed before;
        std::string why_not; // it was not followed; empty: it was
    };

    void take_together(agreed_kind& kind, std::vector<fresh_item> items, std::vector<agreed_place>& to_tell);
    bool is_ours(const fresh_item& one) const;
    agreed agreed_after(const agreed_kind& kind, const fresh_item& one, const std::string& here) const;
    std::vector<std::string> followed(agreed_kind& kind, const std::vector<agreed_kind::word>& words) const;

    const std::string gateway_; // this one
    const agreed_kinds& kinds_;
    const fleet_key& key_;
    agreement_book& book_;
    std::function<void()> go_on_;
    std::set<std::string> unreadable_;              // rows that were sealed with another key
    std::map<std::string, std::string> unfollowed_; // rows, and why
};

} // namespace sealgate::milter
