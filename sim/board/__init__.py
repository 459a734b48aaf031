"""The board of levers: the parts of which `sim.levers.levers` puts it together.

a plan's sections  ->  groups of controls  ->  a panel, beside the market's answer  ->  the plan as code
"""
