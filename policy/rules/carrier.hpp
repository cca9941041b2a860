// Where a tag stood: the words that the log and explain have for it.
// Tested by decision/decide_test and labels/reader_test.
#pragma once

#include "policy/base/names.hpp"

#include <array>
#include <cstdint>

namespace sealgate::policy {

// forwarded: of a message that is attached. From `msip` on: in a label of another program, by its family.
enum class carrier : std::uint8_t {
    subject,
    header,
    sensitivity,
    forwarded,
    msip,
    epms,
    tlp,
    sio,
    titus,
    boldon_james,
    janusseal,
    nextcloud,
    keywords,
    calendar
};

constexpr bool is_label(carrier where) { return where >= carrier::msip; }

constexpr auto names(carrier) {
    using enum carrier;
    return std::to_array<named<carrier>>({{subject, "subject"},
                                          {header, "header"},
                                          {sensitivity, "sensitivity"},
                                          {forwarded, "forwarded"},
                                          {msip, "msip"},
                                          {epms, "epms"},
                                          {tlp, "tlp"},
                                          {sio, "sio"},
                                          {titus, "titus"},
                                          {boldon_james, "boldon-james"},
                                          {janusseal, "janusseal"},
                                          {nextcloud, "nextcloud"},
                                          {keywords, "keywords"},
                                          {calendar, "calendar"}});
}

} // namespace sealgate::policy
