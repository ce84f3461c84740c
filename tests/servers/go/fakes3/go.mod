module fakes3

go 1.21
