// Whether sealing in process is trusted, shared by all that seal: a proof gives the trust, and whatever contradicts it takes it
// away for good. Until it is proved, and afterwards, gpg seals. Any thread may call.
// Tested by sealing/engine_proof_test.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

namespace sealgate::keys {

class engine_trust {
public:
    // Hears each change once, in a line for the journal.
    explicit engine_trust(std::function<void(const std::string&)> tell)
        : tell_(std::move(tell)) {}

    bool holds() const { return state_ == state::proved; }

    void give();
    void withdraw(const std::string& why);

    // Counts a message that is to be sealed; true where it is time for another proof.
    bool proof_is_due();

private:
    enum class state : std::uint8_t { unproved, proved, withdrawn };

    static constexpr std::uint32_t between_proofs = 10'000, until_proved = 100; // messages

    std::function<void(const std::string&)> tell_;
    std::mutex mutex_; // held while a change is told, so that the last one told is the last one
    std::atomic<state> state_{state::unproved};
    std::atomic<std::uint32_t> seals_{0};
};

} // namespace sealgate::keys
