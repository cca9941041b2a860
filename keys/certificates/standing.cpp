#include "keys/certificates/standing.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace sealgate::keys {

namespace {

using policy::key_source;
using policy::key_standing;
using policy::key_state;

// The more hopeful, the greater.
int hope(key_state state) {
    using enum key_state;
    switch (state) {
    case usable: return 6;
    case weak: return 5;
    case expired: return 4;
    case revoked: return 3;
    case disabled: return 2;
    case not_for_encryption: return 1;
    case missing: return 0;
    }
    std::unreachable();
}

// What vouches more for it comes before what is newer. The fingerprint at the end keeps the answer from depending on the order
// of the directory.
auto preference(const contender& one, key_standing standing) {
    return std::tuple(hope(one.state), -std::to_underlying(standing), -std::to_underlying(one.source), one.created,
                      one.fingerprint);
}

class scale {
public:
    scale(std::span<const contender> all, const address_trust& known, std::span<const key_source> in_use,
          const std::vector<key_source>* only)
        : all_(all)
        , known_(known)
        , in_use_(in_use)
        , only_(only) {}

    weighed weigh() const {
        weighed out;
        for (const auto& one : all_) out.standings.push_back(standing_of(one));
        for (std::size_t i = 0; i < all_.size(); ++i) {
            if (out.standings[i] == key_standing::proposed) continue;
            if (!out.chosen ||
                preference(all_[i], out.standings[i]) > preference(all_[*out.chosen], out.standings[*out.chosen]))
                out.chosen = i;
        }
        const bool is_usable = out.chosen && all_[*out.chosen].state == key_state::usable;
        out.in_doubt = known_.is_pin_unknown && !is_usable &&
                       std::ranges::any_of(all_, [](const contender& one) { return one.source != key_source::own; });
        return out;
    }

private:
    key_standing standing_of(const contender& one) const {
        using enum key_standing;
        if (!known_.bound.empty()) return one.fingerprint == known_.bound ? bound : proposed;
        if (one.source == key_source::own) return own;
        if (known_.is_pin_unknown || !is_used(one.source) || !is_used_here(one.source)) return proposed;
        if (one.fingerprint == known_.pinned) return pinned;
        return others_wait_ ? proposed : found;
    }

    bool is_used(key_source source) const { return std::ranges::find(in_use_, source) != in_use_.end(); }

    bool is_used_here(key_source source) const { return !only_ || std::ranges::find(*only_, source) != only_->end(); }

    bool makes_others_wait(const contender& one) const {
        const bool is_pinned = one.fingerprint == known_.pinned && is_used(one.source);
        if (one.disabled || one.is_ahead) return is_pinned || one.source == key_source::own;
        return one.state == key_state::usable && is_pinned;
    }

    std::span<const contender> all_;
    const address_trust& known_;
    std::span<const key_source> in_use_;
    const std::vector<key_source>* only_;
    bool others_wait_ = std::ranges::any_of(all_, [this](const contender& one) { return makes_others_wait(one); });
};

} // namespace

weighed weigh(std::span<const contender> of_one_address, const address_trust& known, std::span<const key_source> in_use,
              const std::vector<key_source>* only) {
    return scale(of_one_address, known, in_use, only).weigh();
}

} // namespace sealgate::keys
