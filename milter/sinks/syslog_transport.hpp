// The way to a syslog: a local socket, TCP, or TLS (RFC 5425), with the host's certificate held against its name. Lines over
// the network are counted by their octets (RFC 6587 section 3.4.1). It belongs to one thread, and that thread waits; but never
// longer than it was told, and not at all once it is to stop. (A name is looked up by the C library, which takes the time that
// resolv.conf gives it.)
// Tested by sinks/syslog_transport_test and e2e/test_syslog.py.
#pragma once

#include "milter/settings/sink_url.hpp"

#include <chrono>
#include <memory>
#include <span>
#include <string>

namespace sealgate::milter {

// All of it throws `stopped`, or std::runtime_error with one line for people: then it is of no more use.
class syslog_transport {
public:
    // Connects. `stop`: a descriptor that becomes readable when this is to give up; -1: none does.
    static std::unique_ptr<syslog_transport> open(const syslog_url& to, int stop, std::chrono::seconds patience);

    virtual ~syslog_transport() = default;

    // In order. That they are sent does not say that anybody has read them. Some of them may be sent where it throws.
    virtual void send(std::span<const std::string> lines) = 0;
    // Throws where the other end has gone. Whether all that was sent has come to the other machine.
    virtual bool look() = 0;
    // Nothing more is sent. Whether all that was sent has been read: where the way can tell.
    virtual bool finish() = 0;
};

} // namespace sealgate::milter
