// How large what leaves of a sealed mail is: for Postfix, which has a limit for a message, and for the outbox. Pure.
//
// Postfix counts a message with its envelope, in the queue file (postconf(5), message_size_limit), where the header fields that
// a filter changes or takes off keep their place. So the sizes here are a little larger than the messages, never smaller.
#pragma once

#include "keys/sealing/header_protection.hpp"
#include "milter/protocol/transaction.hpp"

#include <cstddef>
#include <cstdint>

namespace sealgate::milter {

class leaving_size {
public:
    // `leaving`: the mail's message before it is sealed.
    leaving_size(const transaction& mail, const policy::message& leaving, const keys::concealment& hidden);

    // A ciphertext, by the size of its body.
    void add_in_hand(std::size_t body);
    void add_copy(std::size_t body);
    // The copy for those who get it as it is.
    void add_original();

    std::uint64_t largest() const { return largest_; } // of the sealed messages, as Postfix counts it
    std::uint64_t copies() const { return copies_; }   // octets of all in the outbox

private:
    std::uint64_t header_;   // of a sealed message
    std::uint64_t replaced_; // header fields of the message in hand
    std::uint64_t envelope_;
    std::uint64_t original_;
    std::uint64_t largest_ = 0;
    std::uint64_t copies_ = 0;
};

} // namespace sealgate::milter
