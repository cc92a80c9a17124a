package lab

var edgeScenarios []Scenario
