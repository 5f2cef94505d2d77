# Programs that measure; built with everything else, run by hand.
add_executable(fairlead_load bench/load.cpp)
fairlead_options(fairlead_load)
