// SIO-Label, RFC 7444: a marking for people, a label of some type for programs, or both.
//
// A policy names the marking, or the label behind its type (":ess MQYGASkCAQQ="). In a label of the type :xml it names the
// Classification of STANAG 4774, alone or behind its PolicyIdentifier ("NATO SECRET"). Pure and linear.
#pragma once

#include "policy/labels/label.hpp"

#include <string_view>

namespace sealgate::policy {

label read_sio(std::string_view unfolded);

} // namespace sealgate::policy
