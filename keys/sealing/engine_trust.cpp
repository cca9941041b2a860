#include "keys/sealing/engine_trust.hpp"

namespace sealgate::keys {

void engine_trust::give() {
    const std::lock_guard lock(mutex_);
    if (state_ != state::unproved) return;
    state_ = state::proved;
    tell_("sealing in process: proved, and in use");
}

void engine_trust::withdraw(const std::string& why) {
    const std::lock_guard lock(mutex_);
    if (state_.exchange(state::withdrawn) == state::withdrawn) return;
    tell_("sealing in process is out of use until the next start, and gpg seals instead: " + why);
}

bool engine_trust::proof_is_due() {
    const auto before = seals_++;
    switch (state_.load()) {
    case state::unproved: return before % until_proved == 0;
    case state::proved: return before % between_proofs == between_proofs - 1;
    case state::withdrawn: break;
    }
    return false;
}

} // namespace sealgate::keys
